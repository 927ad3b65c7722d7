#include "pages.hpp"

std::string ranges(const std::vector<int> &pages)
{
    std::string text;
    for (std::size_t i = 0; i + 1 < pages.size();) {
        std::size_t end = i;
        while (end + 1 < pages.size() && pages[end + 1] == pages[end] + 1)
            end++;
        text += (text.empty() ? "" : ",") + std::to_string(pages[i]);
        if (end - i >= 1) {
            text += "-" + std::to_string(pages[end]);
            i = end;
        }
        i++;
    }
    return text;
}
