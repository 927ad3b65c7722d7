// Prints what the code under test does, a case a line. What is expected is not known here.
package main

import (
	"fmt"
	"os"

	"gaps"
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
	day := gaps.Span{Start: 540, End: 1020}
	cases := map[string][]gaps.Span{
		"1 two": {{600, 660}, {720, 780}}, "2 none": nil, "3 overlap": {{600, 800}, {610, 700}, {790, 900}},
		"4 all day": {{540, 1020}}, "5 touching": {{540, 600}, {600, 700}, {700, 1000}},
	}
	for _, name := range []string{"1 two", "2 none", "3 overlap", "4 all day", "5 touching"} {
		for _, least := range []int{20, 60, 121} {
			name, least := name, least
			show(fmt.Sprint(name, " ", least), func() any { return gaps.Free(day, cases[name], least) })
		}
	}
}
