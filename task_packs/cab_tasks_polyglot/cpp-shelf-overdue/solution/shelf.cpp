#include "shelf.hpp"

void Shelf::add(const std::string &title)
{
    readers.emplace(title, "");
}

bool Shelf::here(const std::string &title) const
{
    auto found = readers.find(title);
    return found != readers.end() && found->second.empty();
}

void Shelf::give(const std::string &title, const std::string &reader)
{
    readers.at(title) = reader;
}

std::string Shelf::reader(const std::string &title) const
{
    return readers.at(title);
}
