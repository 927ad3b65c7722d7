#include "spiral.h"

size_t spiral(const int *matrix, int rows, int columns, int *out)
{
    int top = 0, bottom = rows - 1, left = 0, right = columns - 1, i;
    size_t n = 0;

    while (top < bottom && left <= right) {
        for (i = left; i <= right; i++)
            out[n++] = matrix[top * columns + i];
        for (i = top + 1; i <= bottom; i++)
            out[n++] = matrix[i * columns + right];
        if (top < bottom)
            for (i = right - 1; i >= left; i--)
                out[n++] = matrix[bottom * columns + i];
        if (left <= right)
            for (i = bottom - 1; i > top; i--)
                out[n++] = matrix[i * columns + left];
        top++, bottom--, left++, right--;
    }
    return n;
}
