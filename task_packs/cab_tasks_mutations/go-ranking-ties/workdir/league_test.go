package league

import (
	"fmt"
	"testing"
)

func TestTable(t *testing.T) {
	got := fmt.Sprint(Table([]Match{{"A", "B", 1, 1}, {"C", "D", 3, 0}, {"E", "A", 1, 0}}))
	if want := "[{C 3 3} {E 3 1} {B 1 0} {A 1 -1} {D 0 -3}]"; got != want {
		t.Errorf("got %s, want %s", got, want)
	}
}
