// Prints what the code under test does, a case a line. What is expected is not known here.
package main

import (
	"fmt"
	"os"

	"pages"
)

var out = os.Stdout

func show(name string, work func() any) {
	defer func() {
		if recover() != nil {
			fmt.Fprintf(out, "%s: panics\n", name)
		}
	}()
	fmt.Fprintf(out, "%s: %v\n", name, work())
}

func main() {
	for _, list := range [][]int{{1, 2, 3, 5}, {}, {4}, {7, 8}, {1, 3, 5}, {1, 2, 4, 5, 6}, {0, 1, 2, 3}, {-3, -2, -1, 9, 10}} {
		list := list
		show(fmt.Sprint(list), func() any { return pages.Ranges(list) })
	}
}
