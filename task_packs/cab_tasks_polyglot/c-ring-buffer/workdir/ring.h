#ifndef RING_H
#define RING_H

#include <stddef.h>

/* A ring buffer of bytes. `count` is how many it holds, `head` where the oldest lies. */
struct ring {
    unsigned char *bytes;
    size_t size;
    size_t head;
    size_t count;
};

/* Uses `bytes`, which has room for `size` of them. */
void ring_init(struct ring *ring, unsigned char *bytes, size_t size);

/* Puts a byte behind the newest; returns 0 if there is no room, else 1. */
int ring_put(struct ring *ring, unsigned char byte);

/* Takes the oldest byte; returns -1 if there is none. */
int ring_get(struct ring *ring);

/* How many more bytes there is room for. */
size_t ring_room(const struct ring *ring);

#endif
