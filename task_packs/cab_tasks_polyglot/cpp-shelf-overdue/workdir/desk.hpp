#pragma once
#include "shelf.hpp"

/// Lends a book; false where it is out or not ours.
bool lend(Shelf &shelf, const std::string &title, const std::string &reader);

/// Takes a book back; false where this reader does not have it. A title that is not ours throws std::out_of_range.
bool take_back(Shelf &shelf, const std::string &title, const std::string &reader);
