#pragma once
#include <map>
#include <string>

/// Books and who has them; an empty name where a book is here.
class Shelf {
public:
    void add(const std::string &title);
    bool here(const std::string &title) const;
    void give(const std::string &title, const std::string &reader);
    std::string reader(const std::string &title) const;

private:
    std::map<std::string, std::string> readers;
};
