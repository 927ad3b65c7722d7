#include "desk.hpp"

bool lend(Shelf &shelf, const std::string &title, const std::string &reader)
{
    if (!shelf.here(title))
        return false;
    shelf.give(title, reader);
    return true;
}

bool take_back(Shelf &shelf, const std::string &title, const std::string &reader)
{
    if (shelf.here(title) || shelf.reader(title) != reader)
        return false;
    shelf.give(title, "");
    return true;
}
