#include "words.h"

#include <string.h>

static unsigned place_of(const char *word)
{
    unsigned sum = 0;

    while (*word)
        sum = sum * 31 + (unsigned char)*word++;
    return sum % WORDS_SIZE;
}

int words_count(struct words *words, const char *word)
{
    unsigned place = place_of(word), tries;

    if (strlen(word) >= sizeof words->entries->text)
        return 0;
    for (tries = 0; tries < WORDS_SIZE; tries++) {
        struct entry *entry = &words->entries[(place + tries) % WORDS_SIZE];
        if (entry->count == 0)
            strcpy(entry->text, word);
        if (strcmp(entry->text, word) == 0)
            return ++entry->count;
    }
    return 0;
}
