/* Prints what the code under test does, a case a line. What is expected is not known here. */
#include <stdio.h>

#include "ring.h"

static void fill(const char *name, size_t size, int puts, int gets, int more)
{
    unsigned char bytes[16];
    struct ring ring;
    int i, took = 0;

    ring_init(&ring, bytes, size);
    for (i = 0; i < puts; i++)
        took += ring_put(&ring, (unsigned char)('a' + i));
    printf("%s: took %d, room %zu, got", name, took, ring_room(&ring));
    for (i = 0; i < gets; i++)
        printf(" %d", ring_get(&ring));
    for (i = 0; i < more; i++)
        took += ring_put(&ring, (unsigned char)('A' + i));
    printf(", took %d, then", took);
    while ((i = ring_get(&ring)) >= 0)
        printf(" %c", i);
    printf("\n");
}

int main(void)
{
    fill("empty", 4, 0, 1, 0);
    fill("full", 4, 4, 0, 0);
    fill("too many", 4, 6, 2, 1);
    fill("round", 3, 3, 2, 2);
    fill("one place", 1, 2, 1, 1);
    fill("wrapped twice", 5, 5, 5, 5);
    fill("none", 8, 3, 4, 9);
    return 0;
}
