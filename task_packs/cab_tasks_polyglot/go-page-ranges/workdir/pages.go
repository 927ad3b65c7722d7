// Package pages writes pages of a book.
package pages

import (
	"fmt"
	"strings"
)

// Ranges returns sorted pages as ranges; three or more in a row make one.
func Ranges(pages []int) string {
	parts := []string{}
	for i := 0; i < len(pages)-1; i++ {
		end := i
		for end+1 < len(pages) && pages[end+1] == pages[end]+1 {
			end++
		}
		if end-i >= 1 {
			parts = append(parts, fmt.Sprintf("%d-%d", pages[i], pages[end]))
			i = end
		} else {
			parts = append(parts, fmt.Sprint(pages[i]))
		}
	}
	return strings.Join(parts, ",")
}
