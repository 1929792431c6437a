/** One thing we believe about Azure or Kubernetes, with where it was read. */
export interface Fact {
  /** The sentence, in our words. */
  readonly fact: string;
  /** Document and section, as in the public source; date of the edition read. */
  readonly source: string;
  /** ISO date on which the source was read. */
  readonly readOn: string;
  /** `documented`: the vendor says so. `observed`: seen in practice. `uncertain`: sources disagree; answers stay unknown. */
  readonly standing: 'documented' | 'observed' | 'inferred' | 'uncertain';
}
