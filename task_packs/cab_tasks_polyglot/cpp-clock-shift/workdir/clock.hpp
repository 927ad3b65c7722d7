#pragma once
#include <string>

/// Returns a time moved by so many minutes. A text that is no time throws std::invalid_argument.
std::string shift(const std::string &time, int minutes);
