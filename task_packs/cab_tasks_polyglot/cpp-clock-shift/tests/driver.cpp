/* Prints what the code under test does, a case a line. What is expected is not known here. */
#include <iostream>
#include <stdexcept>
#include <utility>

#include "clock.hpp"

int main()
{
    const std::pair<const char *, int> cases[] = {{"09:30", 45}, {"23:59", 1}, {"00:00", -1}, {"12:00", 1440}, {"12:00", -3000}, {"10:10", 0}, {"24:00", 1}, {"9:30", 1}, {"10:60", 1}, {"ab:cd", 1}, {"", 1}, {"10:100", 1}, {"-1:30", 1}, {"10.30", 1}};
    for (const auto &[time, minutes] : cases) {
        std::cout << time << " " << minutes << ": ";
        try {
            std::cout << shift(time, minutes) << "\n";
        } catch (const std::invalid_argument &) {
            std::cout << "invalid\n";
        } catch (...) {
            std::cout << "another error\n";
        }
    }
}
