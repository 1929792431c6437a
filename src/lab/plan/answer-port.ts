/** Where an answering namespace sends what no program of its own listens to. */
export const ANSWER_PORT = 7001;
export const UDP_ECHO_PORT = 7007;
