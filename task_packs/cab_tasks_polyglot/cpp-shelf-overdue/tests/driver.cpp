/* Prints what the code under test does, a case a line. What is expected is not known here. */
#include <iostream>
#include <stdexcept>

#include "desk.hpp"

int main()
{
    Shelf shelf;
    shelf.add("Emma");
    shelf.add("Ulysses");
    std::cout << std::boolalpha;
    std::cout << "lend: " << lend(shelf, "Emma", "Ada") << "\n";
    std::cout << "again: " << lend(shelf, "Emma", "Bo") << ", has it: " << shelf.reader("Emma") << "\n";
    std::cout << "by another: " << take_back(shelf, "Emma", "Bo") << "\n";
    std::cout << "back: " << take_back(shelf, "Emma", "Ada") << ", here: " << shelf.here("Emma") << "\n";
    std::cout << "twice: " << take_back(shelf, "Emma", "Ada") << "\n";
    std::cout << "to Bo: " << lend(shelf, "Emma", "Bo") << ", has it: " << shelf.reader("Emma") << "\n";
    std::cout << "added again: ";
    shelf.add("Emma");
    std::cout << shelf.here("Emma") << "\n";
    std::cout << "not ours: " << lend(shelf, "Dune", "Ada") << ", " << shelf.here("Dune") << "\n";
    try {
        std::cout << take_back(shelf, "Dune", "Ada") << "\n";
    } catch (const std::out_of_range &) {
        std::cout << "out of range\n";
    }
}
