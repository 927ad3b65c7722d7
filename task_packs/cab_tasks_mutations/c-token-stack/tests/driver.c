/* Prints what the code under test does, a case a line. What is expected is not known here. */
#include <stdio.h>

#include "calc.h"
#include "stack.h"

int main(void)
{
    static const char *texts[] = {"7 2 -", "1 2 + 3 *", "5", "2 3 4 * - 1 +", "10 2-3-", "1 2", "1 2 x", "1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17", "-", "1 +"};
    struct stack stack = {0};
    size_t i;
    long value = 0;

    for (i = 0; i < sizeof texts / sizeof *texts; i++) {
        int good = calc(texts[i], &value);
        printf("%s: %s %ld\n", texts[i], good ? "is" : "none", good ? value : 0);
    }
    printf("pop: %d, count %d\n", pop(&stack, &value), stack.count);
    i = (size_t)push(&stack, 3);
    printf("push: %zu, pop: %d, value %ld\n", i, pop(&stack, &value), value);
    return 0;
}
