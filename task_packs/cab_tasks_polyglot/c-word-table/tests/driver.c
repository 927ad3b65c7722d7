/* Prints what the code under test does, a case a line. What is expected is not known here. */
#include <stdio.h>

#include "words.h"

int main(void)
{
    static const char *texts[] = {"a", "b", "a", "i", "q", "y", "a", "q", "c", "d", "e", "full", "a", "y", "", "0123456789abcdef", "e"};
    struct words words = {0};
    size_t i;

    for (i = 0; i < sizeof texts / sizeof *texts; i++) {
        printf("%s: %d\n", texts[i], words_count(&words, texts[i]));
        fflush(stdout);
    }
    return 0;
}
