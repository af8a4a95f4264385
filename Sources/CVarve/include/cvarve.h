// What Swift's Glibc overlay does not import: epoll, eventfd, accept4, and the CRC-32C instruction.
#pragma once
#include <sys/epoll.h>
#include <sys/eventfd.h>
