// Prints what the code under test does, a case a line. What is expected is not known here.
package main

import (
	"fmt"
	"os"

	"stats"
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
	for _, numbers := range [][]float64{{3, 1, 2}, {4, 1, 3, 2}, {}, {5}, {2, 2}, {-1, -5, 10, 0.5}, {9, 8, 7, 6, 5, 4}} {
		numbers := numbers
		show(fmt.Sprint(numbers), func() any { return fmt.Sprint(stats.Median(numbers), " ", numbers) })
	}
}
