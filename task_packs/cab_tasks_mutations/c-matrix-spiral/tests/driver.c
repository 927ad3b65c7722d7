/* Prints what the code under test does, a case a line. What is expected is not known here. */
#include <stdio.h>

#include "spiral.h"

static void show(int rows, int columns)
{
    int matrix[36], out[72], i;
    size_t n;

    for (i = 0; i < rows * columns; i++)
        matrix[i] = i + 1;
    n = spiral(matrix, rows, columns, out);
    printf("%d x %d:", rows, columns);
    for (i = 0; i < (int)n; i++)
        printf(" %d", out[i]);
    printf("\n");
}

int main(void)
{
    show(1, 1);
    show(1, 4);
    show(4, 1);
    show(2, 2);
    show(3, 3);
    show(3, 5);
    show(5, 3);
    show(4, 6);
    show(0, 0);
    return 0;
}
