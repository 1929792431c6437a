export { answerMatrix, type MatrixOptions } from './answer-matrix.ts';
export * from './matrix.ts';
