// Prints what the code under test does, a case a line. What is expected is not known here.
package main

import (
	"fmt"
	"os"

	"clock"
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
	for _, c := range []struct {
		time    string
		minutes int
	}{{"09:30", 45}, {"23:59", 1}, {"00:00", -1}, {"12:00", 1440}, {"12:00", -3000}, {"10:10", 0}, {"24:00", 1}, {"9:30", 1}, {"10:60", 1}, {"ab:cd", 1}, {"", 1}, {"10:100", 1}, {"-1:30", 1}, {"10.30", 1}} {
		c := c
		show(fmt.Sprint(c.time, " ", c.minutes), func() any {
			found, err := clock.Shift(c.time, c.minutes)
			if err != nil {
				return "error"
			}
			return found
		})
	}
}
