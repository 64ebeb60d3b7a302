terraform {
  required_version = ">= 1.5"

  required_providers {
    aws = {
      source  = "hashicorp/aws"
      version = ">= 6.0"
    }
  }
}

data "aws_partition" "current" {}

data "aws_caller_identity" "current" {}

locals {
  partition = data.aws_partition.current.partition
  account   = data.aws_caller_identity.current.account_id
}

resource "aws_iam_role" "machine" {
  name_prefix        = "lambda-canary-"
  description        = "Of the state machine ${var.name}: moves aliases, reads alarms and metrics"
  assume_role_policy = jsonencode(local.trust["states"])
}

resource "aws_iam_role_policy" "machine" {
  name   = "lambda-canary"
  role   = aws_iam_role.machine.id
  policy = jsonencode(local.machine_policy)
}

resource "aws_sfn_state_machine" "machine" {
  name       = var.name
  type       = "STANDARD"
  role_arn   = aws_iam_role.machine.arn
  definition = local.definition
}

resource "aws_cloudwatch_event_rule" "repair" {
  name          = "${var.name}-repair"
  description   = "Puts back what an execution of ${var.name} left when it ended unforeseen, or was stopped by hand"
  event_pattern = jsonencode(local.repair_pattern)
}

resource "aws_iam_role" "repair" {
  name_prefix        = "lambda-canary-"
  description        = "Of the rule ${var.name}-repair: starts the state machine"
  assume_role_policy = jsonencode(local.trust["events"])
}

resource "aws_iam_role_policy" "repair" {
  name   = "lambda-canary"
  role   = aws_iam_role.repair.id
  policy = jsonencode(local.repair_policy)
}

# The event is the input.
resource "aws_cloudwatch_event_target" "repair" {
  rule      = aws_cloudwatch_event_rule.repair.name
  target_id = "machine"
  arn       = aws_sfn_state_machine.machine.arn
  role_arn  = aws_iam_role.repair.arn
}

resource "aws_sns_topic" "ended" {
  count       = var.notify_email == null ? 0 : 1
  name_prefix = "${var.name}-"
}

resource "aws_sns_topic_subscription" "ended" {
  count     = length(aws_sns_topic.ended)
  topic_arn = aws_sns_topic.ended[0].arn
  protocol  = "email"
  endpoint  = var.notify_email
}

resource "aws_sns_topic_policy" "ended" {
  count = length(aws_sns_topic.ended)
  arn   = aws_sns_topic.ended[0].arn
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
      # Without a condition, as EventBridge cannot publish to a topic whose policy has one for it.
      {
        Sid       = "Rules"
        Effect    = "Allow"
        Action    = "sns:Publish"
        Principal = { Service = "events.amazonaws.com" }
        Resource  = aws_sns_topic.ended[0].arn
      },
      {
        Sid       = "Alarms"
        Effect    = "Allow"
        Action    = "sns:Publish"
        Principal = { Service = "cloudwatch.amazonaws.com" }
        Resource  = aws_sns_topic.ended[0].arn
        Condition = { StringEquals = { "aws:SourceAccount" = local.account } }
      },
    ]
  })
}

resource "aws_cloudwatch_event_rule" "ended" {
  count         = length(aws_sns_topic.ended)
  name          = "${var.name}-ended"
  description   = "Tells of every end of ${var.name} that is no promotion"
  event_pattern = jsonencode(local.telling_pattern)
}

resource "aws_cloudwatch_event_target" "ended" {
  count     = length(aws_sns_topic.ended)
  rule      = aws_cloudwatch_event_rule.ended[0].name
  target_id = "topic"
  arn       = aws_sns_topic.ended[0].arn

  input_transformer {
    input_paths = {
      name      = "$.detail.name"
      status    = "$.detail.status"
      error     = "$.detail.error"
      execution = "$.detail.executionArn"
    }
    input_template = "\"Lambda Canary: the rollout <name> ended as <status> <error>. What happened: https://${var.region}.console.aws.amazon.com/states/home?region=${var.region}#/v2/executions/details/<execution>\""
  }
}

# A repair that could not be started even once is known by nothing else.
resource "aws_cloudwatch_metric_alarm" "repair" {
  count               = length(aws_sns_topic.ended)
  alarm_name          = "${var.name}-repair-fails"
  alarm_description   = "EventBridge could not start ${var.name} to repair an alias. Run the action with mode revert."
  namespace           = "AWS/Events"
  metric_name         = "FailedInvocations"
  dimensions          = { RuleName = aws_cloudwatch_event_rule.repair.name }
  statistic           = "Sum"
  period              = 60
  evaluation_periods  = 1
  threshold           = 0
  comparison_operator = "GreaterThanThreshold"
  treat_missing_data  = "notBreaching"
  alarm_actions       = [aws_sns_topic.ended[0].arn]
}

output "inputs" {
  description = "For the step of the workflow"
  value       = <<-EOT
    engine: step-functions
    state-machine: ${aws_sfn_state_machine.machine.arn}
  EOT
}
