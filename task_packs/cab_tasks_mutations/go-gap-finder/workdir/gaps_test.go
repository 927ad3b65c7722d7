package gaps

import (
	"reflect"
	"testing"
)

func TestFree(t *testing.T) {
	got := Free(Span{0, 100}, []Span{{10, 20}, {50, 60}}, 15)
	if want := []Span{{20, 50}, {60, 100}}; !reflect.DeepEqual(got, want) {
		t.Errorf("got %v, want %v", got, want)
	}
}
