// Package clock knows times of day.
package clock

import (
	"errors"
	"fmt"
	"regexp"
)

var form = regexp.MustCompile(`^([01][0-9]|2[0-3]):[0-5][0-9]$`)

// Shift returns a time moved by so many minutes. A text that is no time is an error.
func Shift(time string, minutes int) (string, error) {
	if !form.MatchString(time) {
		return "", errors.New("no time: " + time)
	}
	var hours, rest int
	if _, err := fmt.Sscanf(time, "%02d:%02d", &hours, &rest); err != nil {
		return "", err
	}
	all := ((hours*60+rest+minutes)%1440 + 1440) % 1440
	return fmt.Sprintf("%02d:%02d", all/60, all%60), nil
}
