#ifndef WORDS_H
#define WORDS_H

#define WORDS_SIZE 8

/* A table of words, all zero at the start: a count of 0 is a free place. */
struct words {
    struct entry {
        char text[16];
        int count;
    } entries[WORDS_SIZE];
};

/* Counts a word once more; returns how often it was counted. 0 where the word has 16 bytes or more, or is new and the table is full. */
int words_count(struct words *words, const char *word);

#endif
