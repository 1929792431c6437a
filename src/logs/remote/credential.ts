/** A way to get tokens, as the Azure SDKs call it: `AzureCliCredential` and the others of `@azure/identity` are such. */
export interface LogCredential {
  getToken(
    scopes: string | string[],
  ): Promise<{ readonly token: string; readonly expiresOnTimestamp: number } | null>;
}
