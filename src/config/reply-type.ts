export const PLAIN_TYPE = 'text/plain';
export const FORM_TYPE = 'application/x-www-form-urlencoded';

/** The content type of a form-encoded response. */
export type ReplyType = typeof PLAIN_TYPE | typeof FORM_TYPE;
