/* Prints what the code under test does, a case a line. What is expected is not known here. */
#include <iostream>

#include "pages.hpp"

int main()
{
    const std::vector<std::vector<int>> lists = {{1, 2, 3, 5}, {}, {4}, {7, 8}, {1, 3, 5}, {1, 2, 4, 5, 6}, {0, 1, 2, 3}, {-3, -2, -1, 9, 10}};
    for (const auto &pages : lists)
        std::cout << pages.size() << " pages: " << ranges(pages) << "\n";
}
