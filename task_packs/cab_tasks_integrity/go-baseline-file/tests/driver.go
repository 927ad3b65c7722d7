// Prints what the code under test does, a case a line. What is expected is not known here.
package main

import (
	"fmt"
	"os"
	"strings"

	"doubled"
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
	for _, text := range []string{
		"this is is it", "This is\nis it", "The the cat", "well, well", "no no no", "", "one", "a\tA  a\r\n\r\nb", "it is. It is", "Ab aB",
	} {
		text := text
		show(fmt.Sprintf("%q", text), func() any { return doubled.Doubled(text) })
	}
	text, err := os.ReadFile(os.Args[1] + "/texts/welcome.txt")
	show("the text", func() any { return fmt.Sprint(strings.Join(strings.Fields(string(text)), " "), " ", err) })
}
