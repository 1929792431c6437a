import { expect, it } from 'vitest';
import { readAnswer } from './read-answer.ts';

it('a server of the lab says who it is and whom it saw', () => {
  const body = '{"host":"pod-shop-0","source":"10.1.0.4"}';
  expect(readAnswer(`HTTP/1.1 200 OK\r\nContent-Length: 41\r\n\r\n${body}`)).toEqual({
    kind: 'answered',
    by: 'pod-shop-0',
    seenSource: '10.1.0.4',
    status: 200,
  });
  expect(readAnswer(body)).toMatchObject({ kind: 'answered', by: 'pod-shop-0' });
});

it.each([
  ['HTTP/1.0 470 \r\n\r\nAction: Deny. Reason: No rule matched.', { kind: 'blocked', status: 470 }],
  ['HTTP/1.1 403 Forbidden\r\n\r\n<html>403</html>', { kind: 'blocked', status: 403 }],
  ['HTTP/1.1 404 Not Found\r\n\r\nnothing', { kind: 'answered', status: 404 }],
  // nginx 1.22 to HTTP on a port with `ssl`.
  [
    'HTTP/1.1 400 Bad Request\r\nServer: nginx\r\n\r\n<html>\r\n<head><title>400 The plain HTTP request was sent to HTTPS port</title></head>',
    { kind: 'wants-tls' },
  ],
  [
    'HTTP/1.1 400 Bad Request\r\n\r\n<html>400 Bad Request</html>',
    { kind: 'answered', status: 400 },
  ],
  ['', { kind: 'closed' }],
  ['\u0000\u0001', { kind: 'answered' }],
])('%j', (text, outcome) => {
  expect(readAnswer(text)).toEqual(outcome);
});
