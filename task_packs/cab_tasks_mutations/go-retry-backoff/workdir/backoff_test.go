package backoff

import (
	"reflect"
	"testing"
)

func TestWaits(t *testing.T) {
	if got, want := Waits(5, 100, 500), []int{100, 200, 400, 500}; !reflect.DeepEqual(got, want) {
		t.Errorf("got %v, want %v", got, want)
	}
}
