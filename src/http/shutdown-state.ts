/** Whether the process is shutting down: it still serves requests, but reports that it is not ready. */
export class ShutdownState {
  private begun = false;

  get shuttingDown(): boolean {
    return this.begun;
  }

  begin(): void {
    this.begun = true;
  }
}
