#include "clock.hpp"

#include <cstdio>
#include <regex>
#include <stdexcept>

std::string shift(const std::string &time, int minutes)
{
    static const std::regex form("([01][0-9]|2[0-3]):[0-5][0-9]");
    if (!std::regex_match(time, form))
        throw std::invalid_argument("no time: " + time);
    int now = std::stoi(time.substr(0, 2)) * 60 + std::stoi(time.substr(3));
    int all = ((now + minutes) % 1440 + 1440) % 1440;
    char out[32];
    std::snprintf(out, sizeof out, "%02d:%02d", all / 60, all % 60);
    return out;
}
