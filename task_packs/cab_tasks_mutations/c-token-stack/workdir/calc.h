#ifndef CALC_H
#define CALC_H

/* Computes a postfix expression of numbers, + - * and blanks; returns 0 where it is none, else 1. */
int calc(const char *text, long *result);

#endif
