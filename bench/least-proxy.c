/*
 * The least that a proxy which ends connections can do for each of them: accept, read the first bytes, connect to where the
 * client wanted to go, pass on one answer, close both. No rules, no names, no log, no limits and no care for anything else; it
 * says what the kernel's part is, and so how fast any proxy can be here (bench/appliance.mjs).
 *   least-proxy PORT   listens on 127.0.0.1:PORT behind TPROXY
 */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#define FILES 65536

struct pair {
  int client, server, length;
  char hello[2048];
};

static struct pair *pairs[FILES];
static char buffer[65536];

static void watch(int poll, int file, unsigned events) {
  struct epoll_event event = {.events = events, .data.fd = file};
  epoll_ctl(poll, EPOLL_CTL_ADD, file, &event);
}

static void end(struct pair *pair) {
  close(pair->client);
  pairs[pair->client] = NULL;
  if (pair->server >= 0) {
    close(pair->server);
    pairs[pair->server] = NULL;
  }
  free(pair);
}

static void from_client(int poll, struct pair *pair) {
  struct sockaddr_in to;
  socklen_t size = sizeof to;
  if (pair->length != 0) return;
  int length = recv(pair->client, pair->hello, sizeof pair->hello, 0);
  if (length < 0 && errno == EAGAIN) return;
  if (length <= 0) {
    end(pair);
    return;
  }
  pair->length = length;
  pair->server = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0);
  if (pair->server < 0 || pair->server >= FILES) exit(1);
  pairs[pair->server] = pair;
  getsockname(pair->client, (struct sockaddr *)&to, &size);
  connect(pair->server, (struct sockaddr *)&to, sizeof to);
  watch(poll, pair->server, EPOLLIN | EPOLLOUT | EPOLLET | EPOLLRDHUP);
}

static void from_server(struct pair *pair, unsigned events) {
  int length;
  if (pair->length > 0 && (events & EPOLLOUT)) {
    send(pair->server, pair->hello, pair->length, MSG_NOSIGNAL);
    pair->length = -1;
  }
  if (!(events & (EPOLLIN | EPOLLHUP | EPOLLERR))) return;
  while ((length = recv(pair->server, buffer, sizeof buffer, 0)) > 0) {
    send(pair->client, buffer, length, MSG_NOSIGNAL);
    if (!(events & EPOLLRDHUP)) return;
  }
  if (length == 0 || errno != EAGAIN) end(pair);
}

int main(int count, char **words) {
  struct epoll_event events[200];
  struct sockaddr_in at = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
  int yes = 1, listener = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0), poll = epoll_create1(0);
  if (count != 2) return 2;
  at.sin_port = htons(atoi(words[1]));
  setsockopt(listener, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof yes);
  if (setsockopt(listener, SOL_IP, IP_TRANSPARENT, &yes, sizeof yes) != 0 ||
      bind(listener, (struct sockaddr *)&at, sizeof at) != 0 || listen(listener, 8192) != 0) {
    perror("least-proxy");
    return 1;
  }
  watch(poll, listener, EPOLLIN);
  for (;;) {
    int ready = epoll_wait(poll, events, 200, -1);
    for (int at_event = 0; at_event < ready; at_event++) {
      int file = events[at_event].data.fd, client;
      if (file == listener) {
        while ((client = accept4(listener, NULL, NULL, SOCK_NONBLOCK)) >= 0) {
          if (client >= FILES || (pairs[client] = calloc(1, sizeof(struct pair))) == NULL) exit(1);
          *pairs[client] = (struct pair){.client = client, .server = -1};
          watch(poll, client, EPOLLIN | EPOLLET | EPOLLRDHUP);
        }
      } else if (pairs[file] != NULL && file == pairs[file]->client) {
        from_client(poll, pairs[file]);
      } else if (pairs[file] != NULL) {
        from_server(pairs[file], events[at_event].events);
      }
    }
  }
}
