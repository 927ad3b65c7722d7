#include "ring.h"

void ring_init(struct ring *ring, unsigned char *bytes, size_t size)
{
    ring->bytes = bytes;
    ring->size = size;
    ring->head = 0;
    ring->count = 0;
}

int ring_put(struct ring *ring, unsigned char byte)
{
    if (ring->count == ring->size)
        return 0;
    ring->bytes[(ring->head + ring->count) % ring->size] = byte;
    ring->count++;
    return 1;
}

int ring_get(struct ring *ring)
{
    if (ring->count == 0)
        return -1;
    unsigned char byte = ring->bytes[ring->head];
    ring->head = (ring->head + 1) % ring->size;
    ring->count--;
    return byte;
}

size_t ring_room(const struct ring *ring)
{
    return ring->size - ring->count;
}
