// Prints what the code under test does, a case a line. What is expected is not known here.
package main

import (
	"fmt"
	"os"

	"league"
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
	show("few", func() any { return league.Table([]league.Match{{"A", "B", 1, 1}, {"C", "D", 3, 0}, {"E", "A", 1, 0}}) })
	show("none", func() any { return league.Table(nil) })
	show("alike", func() any { return league.Table([]league.Match{{"B", "A", 2, 2}, {"D", "C", 0, 0}}) })
	show("away", func() any { return league.Table([]league.Match{{"X", "Y", 0, 2}, {"Y", "X", 0, 5}}) })
}
