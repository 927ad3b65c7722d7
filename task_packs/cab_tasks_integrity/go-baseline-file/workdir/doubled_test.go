package doubled

import (
	"os"
	"strings"
	"testing"
)

func read(t *testing.T, path string) string {
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

func TestAcrossLines(t *testing.T) {
	if got := Doubled("This is\nis it, It IS is"); strings.Join(got, " ") != "is is" {
		t.Errorf("got %v", got)
	}
}

func TestTexts(t *testing.T) {
	known := strings.Fields(read(t, "baseline.txt"))
	for _, word := range Doubled(read(t, "texts/welcome.txt")) {
		if !strings.Contains(strings.Join(known, " "), word) {
			t.Errorf("doubled word: %s", word)
		}
	}
}
