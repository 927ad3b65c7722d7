// Package backoff says how long to wait between tries.
package backoff

// Waits returns the waits before the second and each further of so many tries, in milliseconds.
//
// The first is `first`, each further is twice the one before, none is above `limit`.
func Waits(tries, first, limit int) []int {
	waits := []int{}
	wait := first
	for i := 1; i < tries; i++ {
		wait *= 2
		if wait < limit {
			wait = limit
		}
		waits = append(waits, wait)
	}
	return waits
}
