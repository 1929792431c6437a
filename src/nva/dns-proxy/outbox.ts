import type { Socket } from 'node:dgram';

/**
 * Datagrams of one turn of the event loop, sent together at its end. Who gets them is woken once for all of them and not for each:
 * waking up costs more than sending.
 */
export class Outbox {
  readonly #socket: Socket;
  #messages: Buffer[] = [];
  #ports: number[] = [];
  #addresses: string[] = [];
  #isClosed = false;

  /** @param socket bound, or connected: then messages have no address */
  constructor(socket: Socket) {
    this.#socket = socket;
  }

  send(message: Buffer): void {
    this.#messages.push(message);
    if (this.#messages.length === 1) setImmediate(this.#flushConnected);
  }

  sendTo(message: Buffer, port: number, address: string): void {
    this.#messages.push(message);
    this.#ports.push(port);
    this.#addresses.push(address);
    if (this.#messages.length === 1) setImmediate(this.#flush);
  }

  /** What was not sent is not sent any more. Before the socket is closed. */
  close(): void {
    this.#isClosed = true;
  }

  readonly #flush = (): void => {
    const [messages, ports, addresses] = [this.#messages, this.#ports, this.#addresses];
    this.#messages = [];
    this.#ports = [];
    this.#addresses = [];
    for (let at = 0; at < messages.length && !this.#isClosed; at += 1) {
      this.#socket.send(messages[at]!, ports[at]!, addresses[at]!);
    }
  };

  readonly #flushConnected = (): void => {
    const messages = this.#messages;
    this.#messages = [];
    for (let at = 0; at < messages.length && !this.#isClosed; at += 1) {
      this.#socket.send(messages[at]!);
    }
  };
}
