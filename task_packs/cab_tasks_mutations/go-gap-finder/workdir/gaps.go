// Package gaps finds free time in a calendar.
package gaps

// Span is a time from Start to End, in minutes of a day.
type Span struct{ Start, End int }

// Free returns the times of at least `least` minutes between meetings, within a day.
//
// Meetings are sorted by their start and may overlap.
func Free(day Span, meetings []Span, least int) []Span {
	free := []Span{}
	from := day.Start
	for _, m := range append(append([]Span{}, meetings...), Span{day.Start, day.End}) {
		if m.Start-from >= least {
			free = append(free, Span{from, m.Start})
		}
		if m.End > from {
			from = m.End
		}
	}
	return free
}
