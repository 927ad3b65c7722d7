#include "stack.h"

int push(struct stack *stack, long value)
{
    if (stack->count == STACK_SIZE)
        return 0;
    stack->values[stack->count++] = value;
    return 1;
}

int pop(struct stack *stack, long *value)
{
    if (stack->count == 0)
        return 0;
    *value = stack->values[--stack->count];
    return 1;
}
