#pragma once
#include <string>
#include <vector>

/// Returns sorted pages as ranges; three or more in a row make one.
std::string ranges(const std::vector<int> &pages);
