declare const brand: unique symbol;

/** A number (or bigint) that must not be mixed with another of the same shape. Erased: free at run time. */
export type Brand<T, Name extends string> = T & { readonly [brand]: Name };
