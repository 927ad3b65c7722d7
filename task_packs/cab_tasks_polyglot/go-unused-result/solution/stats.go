// Package stats has figures about numbers.
package stats

import "sort"

// Median returns the middle number, or the mean of the two in the middle; 0 where there is none.
// The numbers may come in any order, and stay in it.
func Median(numbers []float64) float64 {
	sorted := append([]float64{}, numbers...)
	sort.Float64s(sorted)
	n := len(sorted)
	if n == 0 {
		return 0
	}
	return (sorted[(n-1)/2] + sorted[n/2]) / 2
}
