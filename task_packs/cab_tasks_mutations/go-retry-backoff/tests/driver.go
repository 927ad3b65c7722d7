// Prints what the code under test does, a case a line. What is expected is not known here.
package main

import (
	"fmt"
	"os"

	"backoff"
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
	for _, c := range [][3]int{{5, 100, 500}, {1, 100, 500}, {0, 1, 1}, {4, 600, 500}, {7, 1, 64}, {3, 0, 9}, {60, 1, 1000}} {
		c := c
		show(fmt.Sprint(c), func() any { return backoff.Waits(c[0], c[1], c[2]) })
	}
}
