variable "name" {
  description = "Of the state machine; for the input state-machine"
  type        = string
  default     = "lambda-canary"

  validation {
    condition     = can(regex("^[\\w-]{1,64}$", var.name))
    error_message = "Letters, digits, _ and - alone, at most 64."
  }
}

variable "function_arns" {
  description = "Functions whose aliases it may move, without a version or alias; an asterisk stands for any characters"
  type        = list(string)

  validation {
    condition     = length(var.function_arns) > 0 && alltrue([for each in var.function_arns : startswith(each, "arn:")])
    error_message = "Give their ARNs."
  }
}

variable "region" {
  description = "Of the functions"
  type        = string
}

variable "notify_email" {
  description = "Gets a mail of every end that is no promotion; null for none"
  type        = string
  default     = null
}
