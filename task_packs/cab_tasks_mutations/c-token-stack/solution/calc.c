#include "calc.h"

#include <ctype.h>
#include <stdlib.h>

#include "stack.h"

static long apply(char operator, long a, long b)
{
    return operator == '+' ? a + b : operator == '-' ? a - b : a * b;
}

int calc(const char *text, long *result)
{
    struct stack stack = {0};
    long a, b;

    while (*text) {
        if (isdigit((unsigned char)*text)) {
            if (!push(&stack, strtol(text, (char **)&text, 10)))
                return 0;
            continue;
        }
        if (*text == '+' || *text == '-' || *text == '*') {
            if (!pop(&stack, &b) || !pop(&stack, &a) || !push(&stack, apply(*text, a, b)))
                return 0;
        } else if (*text != ' ') {
            return 0;
        }
        text++;
    }
    return pop(&stack, result) && stack.count == 0;
}
