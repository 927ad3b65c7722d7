#ifndef STACK_H
#define STACK_H

#define STACK_SIZE 16

/* `count` values; set it to 0 at the start. */
struct stack {
    int count;
    long values[STACK_SIZE];
};

/* Both return 0 where there is no room or no value, else 1. A stack of none stays as it is. */
int push(struct stack *stack, long value);
int pop(struct stack *stack, long *value);

#endif
